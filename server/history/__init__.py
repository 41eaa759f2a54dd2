"""History that comes from elsewhere and goes elsewhere: facts and orders in the documented envelope, in and out."""
