-- Why something was done, in the words of whoever did it; empty where nobody is asked.
alter table kit.audit add column remark text not null default '';
