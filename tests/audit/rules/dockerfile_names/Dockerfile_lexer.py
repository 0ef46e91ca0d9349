from lexers import Lexer

class DockerfileLexer(Lexer):
    name = "Dockerfile"
