//! Migrations of amphi. Nothing is here yet: until it is, `Database::create_tables` creates the tables of models.
