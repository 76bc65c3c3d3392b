"""La misma aplicación como programa CGI, con la biblioteca de Python."""

from wsgiref.handlers import CGIHandler

from app import application

CGIHandler().run(application)
