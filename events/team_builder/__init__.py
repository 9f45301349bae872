"""Teams proposed from skills, languages, zones and wishes: a problem in, teams with a proof out, no database."""
