"""The commands about who may use a server; they work on its folder, whether it runs or not."""
