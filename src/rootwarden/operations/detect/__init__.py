"""Reading CloudTrail wherever it is kept, down to the events that detection judges."""
