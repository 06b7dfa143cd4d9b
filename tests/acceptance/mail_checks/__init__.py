"""Mails for others to judge: those that the product made of real listings, the hardest ones, and their judges."""
