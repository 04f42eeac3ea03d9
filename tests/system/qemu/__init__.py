"""A guest with a kernel and a disk of its own: for what another machine's kernel cannot show."""
