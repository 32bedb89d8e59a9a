"""Every SQL statement, table and migration; decides nothing."""
