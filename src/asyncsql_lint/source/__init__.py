"""Files as text: finding, reading, decoding, replacing; the only package that looks at a disk to read it."""
