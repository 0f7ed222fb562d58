"""What people draw, compared by content: labels and attributes by name, without ids."""
