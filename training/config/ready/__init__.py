"""Ready configurations: how models of each size are fine-tuned. Files of data are for whoever runs them to name."""
