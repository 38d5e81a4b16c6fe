"""From texts to findings: the run, selection, comments, fixes. Knows no rule by name."""
