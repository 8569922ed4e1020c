"""Where the recorder meets the program: hooks, hand-over of the scope, and the watch over hangs."""
