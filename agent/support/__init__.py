"""What a helpdesk needs to see of a node: gathered part by part, and without any secret."""
