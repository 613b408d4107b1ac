"""The ground: streets, buildings, water, green and names from an extract of OpenStreetMap."""
