"""One file as data: parsing, lowering to serialisable facts, and finding positions again for what is reported."""
