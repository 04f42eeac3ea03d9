"""The pages of the centre, asked without a network and without JavaScript."""
