"""The list of what a commune has to correct in one year, for its officer, as an Excel file."""
