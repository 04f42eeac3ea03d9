"""The centre that DJPK runs: one package for each stage on the way of a budget."""
