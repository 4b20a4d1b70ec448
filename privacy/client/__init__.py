"""The licensee's side of encrypted lookups: a small program without Django or anything of the platform's."""
