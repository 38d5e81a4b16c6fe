"""What each value is at each point of a function, what a function does for its callers, and what rules see."""
