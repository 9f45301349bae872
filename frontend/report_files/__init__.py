"""A report as a file: one document, written as PDF and as DOCX."""
