-- Events are only handed on: kept as the text that is sent, they need not be taken apart and put together again.
alter table kit.outbox alter column data type json using data::json;
