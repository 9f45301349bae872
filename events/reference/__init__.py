"""Facts about the world that organisers choose from: regions, countries, languages, zones, sectors, keywords."""
