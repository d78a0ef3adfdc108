"""How it reads: values in, text out."""
