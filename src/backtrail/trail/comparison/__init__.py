"""Two traces beside one another: where they part, what differs, what takes longer."""
