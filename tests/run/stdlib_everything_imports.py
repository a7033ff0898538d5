"""Many modules of the standard library import and say where they come from."""
import importlib

NAMES = """abc argparse array ast asyncio base64 bdb binascii bisect bz2 calendar cmath cmd code codecs
codeop collections collections.abc colorsys compileall concurrent.futures configparser contextlib contextvars copy
copyreg cProfile csv ctypes curses curses.panel dataclasses datetime dbm dbm.dumb decimal difflib dis doctest email
email.mime.text encodings.idna ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib
functools gc getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html html.entities http.cookiejar
http.cookies http.server imaplib importlib.metadata importlib.resources inspect io ipaddress itertools json
json.tool keyword linecache locale logging.handlers lzma mailbox marshal math mimetypes mmap modulefinder
multiprocessing.pool multiprocessing.shared_memory netrc ntpath numbers operator optparse os pathlib pdb pickle
pickletools pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc
pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve
shlex shutil signal site smtplib socket socketserver sqlite3 ssl stat statistics string stringprep struct
subprocess symtable sysconfig syslog tabnanny tarfile tempfile termios textwrap this threading time timeit
token tokenize tomllib trace traceback tracemalloc tty types typing unicodedata unittest.mock urllib.request
urllib.robotparser uuid venv warnings wave weakref webbrowser wsgiref.simple_server xml.dom.minidom
xml.etree.ElementTree xml.sax xmlrpc.client zipapp zipfile zipimport zlib zoneinfo"""

import abc, argparse, array, ast, asyncio, base64, bdb, binascii, bisect, bz2, calendar, cmath, cmd, code
import codecs, codeop, collections, collections.abc, colorsys, compileall, concurrent.futures, configparser
import contextlib, contextvars, copy, copyreg, cProfile, csv, ctypes, curses, curses.panel, dataclasses, datetime
import dbm, dbm.dumb, decimal, difflib, dis, doctest, email, email.mime.text, encodings.idna, ensurepip, enum, errno
import faulthandler, fcntl, filecmp, fileinput, fnmatch, fractions, ftplib, functools, gc, getopt, getpass, gettext
import glob, graphlib, grp, gzip, hashlib, heapq, hmac, html, html.entities, http.cookiejar, http.cookies, http.server
import imaplib, importlib.metadata, importlib.resources, inspect, io, ipaddress, itertools, json, json.tool, keyword
import linecache, locale, logging.handlers, lzma, mailbox, marshal, math, mimetypes, mmap, modulefinder
import multiprocessing.pool, multiprocessing.shared_memory, netrc, ntpath, numbers, operator, optparse, os, pathlib
import pdb, pickle, pickletools, pkgutil, platform, plistlib, poplib, posix, posixpath, pprint, profile, pstats, pty
import pwd, py_compile, pyclbr, pydoc, pyexpat, queue, quopri, random, re, readline, reprlib, resource, rlcompleter
import runpy, sched, secrets, select, selectors, shelve, shlex, shutil, signal, site, smtplib, socket, socketserver
import sqlite3, ssl, stat, statistics, string, stringprep, struct, subprocess, symtable, sysconfig, syslog, tabnanny
import tarfile, tempfile, termios, textwrap, this, threading, time, timeit, token, tokenize, tomllib, trace
import traceback, tracemalloc, tty, types, typing, unicodedata, unittest.mock, urllib.request, urllib.robotparser
import uuid, venv, warnings, wave, weakref, webbrowser, wsgiref.simple_server, xml.dom.minidom
import xml.etree.ElementTree, xml.sax, xmlrpc.client, zipapp, zipfile, zipimport, zlib, zoneinfo

for name in NAMES.split():
    module = importlib.import_module(name)
    print(name, module.__name__, getattr(module.__spec__, "parent", None), hasattr(module, "__path__"))
    file = getattr(module, "__file__", None)
    if file and file.endswith(".py"):
        print(" ", file, os.path.exists(file))
