package python

import "twelvefold/internal/inspect"

// pyApplications construct the object that an application server is pointed
// at: what has one handles requests, also where nothing in the code listens.
var pyApplications = map[string]bool{
	"flask.Flask": true, "flask.app.Flask": true, "quart.Quart": true, "fastapi.FastAPI": true, "fastapi.applications.FastAPI": true,
	"starlette.applications.Starlette": true, "litestar.Litestar": true, "litestar.app.Litestar": true, "sanic.Sanic": true, "sanic.app.Sanic": true,
	"falcon.App": true, "falcon.API": true, "falcon.asgi.App": true, "aiohttp.web.Application": true, "bottle.Bottle": true,
	"connexion.App": true, "connexion.FlaskApp": true, "connexion.AsyncApp": true, "blacksheep.Application": true, "robyn.Robyn": true,
	"tornado.web.Application": true, "apiflask.APIFlask": true, "dash.Dash": true, "socketio.ASGIApp": true, "socketio.WSGIApp": true,
	"pyramid.config.Configurator().make_wsgi_app": true,
	"django.core.wsgi.get_wsgi_application":       true, "django.core.asgi.get_asgi_application": true,
}

// application states a web application that is made for a server to run.
func (p *pythonFile) application(c pyCall) {
	if pyApplications[c.name] {
		p.state(c.Node, inspect.Handler{Via: pyVia(c.name)})
	}
}
