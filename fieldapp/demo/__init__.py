"""The story as data: calls the features' actions only, with the clock moved."""
