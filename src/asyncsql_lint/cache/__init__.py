"""What earlier runs worked out, kept on the disk: bytes by key, never anything that is run."""
