"""The language of rules and options: expressions, three-valued planes, facts about patients, and their evaluation."""
