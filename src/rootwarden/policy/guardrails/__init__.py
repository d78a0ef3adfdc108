"""Generated policies that narrow who can be root, each with the claims it makes and the proof of them."""
