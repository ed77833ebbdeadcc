"""The bytes of photos: originals that nobody changes, and copies that anybody may throw away."""
