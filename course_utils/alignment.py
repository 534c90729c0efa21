"""Where a feature sits on the image, and where upsampling assumes that it sits."""
