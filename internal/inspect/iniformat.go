package inspect

// otherINI are files of other programs with the extension of uwsgi's.
var otherINI = map[string]bool{
	"php.ini": true, "tox.ini": true, "pytest.ini": true, "mypy.ini": true, "alembic.ini": true, "desktop.ini": true, "xdebug.ini": true, "opcache.ini": true,
	"platformio.ini": true, "phpdoc.ini": true, "odbc.ini": true, "odbcinst.ini": true, "grafana.ini": true,
}
