"""What the laws draw from: worlds, and manifests over them."""
