"""Files as text: finding, reading, decoding; the only package that looks at a disk to read it."""
