"""What the product must do with real listings, a real relay, a real browser and real feed readers."""
