"""Where armed groups appear and vanish between two surveys."""
