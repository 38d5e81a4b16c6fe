"""From what to change to edits of text: minimal ones, which keep every other byte."""
