"""What counts of the findings: not what a baseline knows, nor what was there before."""
