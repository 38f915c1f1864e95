"""neuroevo on whole tables, beside other searches with the same time on the same rows."""
