"""What a person reads, compared with what a person has read."""
