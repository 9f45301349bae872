"""Reports: findings, lessons and quotations arranged into chapters, written around, reviewed and published."""
