-- Functions that want arguments and return rows of a table with a tenant: what to call them with, so
-- that they are looked at as if they were tables. For each of `tenants` a row of it is taken, and an
-- argument gets the column of its name (p_yacht_id: yacht_id). A function with another argument is
-- left out, as is one whose table has no such row. Created in pg_temp, as the prober's functions are.
-- {id, name: "public.of_yacht('...'::uuid)", kind: x, facts}
create function pg_temp.lensgate_calls(tenants text[], roles text[], schemas text[], tenant_column text)
	returns table (id text, name text, kind text, facts jsonb) language plpgsql as $$
declare
	f record;
	a record;
	t text;
	sample jsonb;
	arguments text;
begin
	for f in select p.oid, p.proname, n.oid as schema, p.prosecdef, p.proargnames, p.proargtypes,
			p.pronargs - p.pronargdefaults as wanted, format('%I.%I', n.nspname, p.proname) as plain,
			y.typrelid::regclass as relation
		from pg_catalog.pg_proc p
		join pg_catalog.pg_namespace n on n.oid = p.pronamespace
		join pg_catalog.pg_type y on y.oid = p.prorettype and y.typrelid <> 0
		join pg_catalog.pg_class c on c.oid = y.typrelid and c.relkind in ('r', 'p', 'v', 'm')
		join pg_catalog.pg_attribute b on b.attrelid = c.oid and b.attname = tenant_column
		where p.prokind = 'f' and p.pronargs > p.pronargdefaults and p.proargmodes is null
			and n.nspname !~ '^pg_|^information_schema$' and (schemas is null or n.nspname = any (schemas))
			and not exists (select from pg_catalog.pg_depend e where e.deptype = 'e'
				and e.classid = 'pg_catalog.pg_proc'::regclass and e.objid = p.oid)
			and exists (select from unnest(roles) r
				where pg_catalog.has_schema_privilege(r, n.oid, 'USAGE')
					and pg_catalog.has_function_privilege(r, p.oid, 'EXECUTE'))
		order by p.oid loop
		foreach t in array tenants loop
			execute format('select to_jsonb(x) from %s x where x.%I::text = $1 order by to_jsonb(x)::text '
				'limit 1', f.relation, tenant_column) into sample using t;
			arguments := '';
			for a in select i, format_type(f.proargtypes[i - 1], null) as type, (
					select sample ->> k from unnest(array[f.proargnames[i],
						regexp_replace(f.proargnames[i], '^(p|in|arg|_)_?', '')]) k
					where sample ? k limit 1) as value
				from generate_series(1, f.wanted) i order by i loop
				arguments := arguments || case when a.i > 1 then ', ' else '' end
					|| format('%L::%s', a.value, a.type);   -- null where a value is missing
			end loop;
			continue when arguments is null or sample is null or arguments ~ '(^|, )NULL::';
			id := f.plain || '(' || pg_catalog.pg_get_function_identity_arguments(f.oid) || ')';
			name := format('%s(%s)', f.plain, arguments);
			kind := 'x';
			facts := jsonb_build_object('name', name, 'relname', f.proname, 'kind', 'x',
				'schema', f.schema::bigint, 'function', f.oid::bigint, 'definer', f.prosecdef,
				'tenant', format('x.%I::text', tenant_column));
			return next;
		end loop;
	end loop;
end
$$;
