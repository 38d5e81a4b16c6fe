"""What the user wants: keys, configuration files, patterns of paths."""
