"""Who asks, what they may do, and how often: the guard's decisions, and the routes about them."""
