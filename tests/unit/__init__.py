"""One module at a time, without a server and without a socket."""
