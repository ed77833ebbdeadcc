"""From a unit's request to 销号: review, signatures, what an edition may say. The only place that knows both a problem
and its visits."""
