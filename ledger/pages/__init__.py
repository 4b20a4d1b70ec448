"""The explorer's pages, for anybody."""
