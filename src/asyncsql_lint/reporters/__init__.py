"""From finished findings to text: one format a file, none of which knows a rule."""
