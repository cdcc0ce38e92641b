"""The commands of `whygrad`, one file each: its arguments, and what it does with them."""
